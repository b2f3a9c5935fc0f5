"""Spreadsheets to be filled in: a template for one office or for many, and what a filled one says."""

from chunfeng.reporting.sheets.layout import Entry, Layout
from chunfeng.reporting.sheets.reading import Fault, Row, Sheet, WrongFile, codes_of, read_xlsx
from chunfeng.reporting.sheets.writing import write_xlsx

__all__ = ["Entry", "Fault", "Layout", "Row", "Sheet", "WrongFile", "codes_of", "read_xlsx", "write_xlsx"]
