"""Registers of disputes as files for offices 台账: CSV and XLSX, of any length, without anybody's personal data."""
