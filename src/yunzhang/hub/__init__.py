"""枢纽: the Django project that ties the hub's folders together."""
