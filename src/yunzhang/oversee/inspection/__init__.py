"""巡查: patrols of the chiefs, what they find, and evaluations by others."""
