"""Sessions 调解会: what was held, who came, and the record that Art. 27 asks for."""
