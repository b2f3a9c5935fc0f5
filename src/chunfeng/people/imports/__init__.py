"""Ledgers of people from files: every row gets one verdict, and the same file again changes nothing.

`chunfeng.people.actions.imports` starts, tries, runs and drops an import; here is how a file is read.
"""
