"""Party organisations (党组织) and the coverage of communities by them."""
