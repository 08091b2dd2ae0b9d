# SPDX-License-Identifier: Apache-2.0
"""Sphinx settings of the documentation."""

project = 'cassandra_scheduler'
copyright = 'the cassandra_scheduler authors'

extensions = ['openstackdocstheme']
openstackdocs_auto_name = False
openstackdocs_auto_version = False
openstackdocs_use_storyboard = False

master_doc = 'index'
exclude_patterns = []
html_theme = 'openstackdocs'
pygments_style = 'native'
