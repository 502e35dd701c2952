"""What is due when, of whatever the service keeps; told when it is near or missed, and brought up level by level."""
