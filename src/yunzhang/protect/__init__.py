"""What protects data and proves deeds: keys, masking, grades, and a log an outsider can verify."""
