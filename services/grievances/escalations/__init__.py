"""What missed duties have brought up to the street and the district, and what these order 督办."""
