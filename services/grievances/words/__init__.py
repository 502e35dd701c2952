"""What codes are called: Chinese as people read it, English beside it."""
