"""The statistical division tree (统计用区划) of the district: streets and communities."""
