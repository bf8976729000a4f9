"""一张图、一块屏: the maps and the command screen."""
