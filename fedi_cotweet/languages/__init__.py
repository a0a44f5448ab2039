"""The languages of the pages: catalogues of texts, dates and numbers, and which one a reader gets.

Texts are English in templates and code, which is also their key (gettext). ``fr.po`` and ``ko.po``
stand beside this file and are read as they are when a server starts: nothing is compiled, a wheel
and a checkout work alike. ``make translations`` brings them up to date; CONTRIBUTING.md tells how.
"""
