"""政策: the packs in force and the law, each row with its clause."""
