"""巡查: patrols and evaluations."""
