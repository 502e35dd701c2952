"""The State Council's yearly table of days off 节假日安排: data, loaded a year at a time."""
