"""The mediation file 人民调解卷宗 of a case as one PDF: registration, records, agreement (人民调解法 Art. 27)."""
