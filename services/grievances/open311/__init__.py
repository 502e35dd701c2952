"""Open311 GeoReport v2 as a façade: clients made for any city's service requests file disputes and follow them."""
