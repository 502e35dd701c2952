"""Who answers for a grid unit (四级负责), since when and until when."""
