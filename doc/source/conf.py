# SPDX-License-Identifier: Apache-2.0
"""Sphinx settings of the documentation.

The pages on options and commands are generated from the code, so it has to
be installed where this is built.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / '_ext'))

project = 'cassandra_scheduler'
copyright = 'the cassandra_scheduler authors'

extensions = [
    'cliff.sphinxext',
    'openstackdocstheme',
    'oslo_config.sphinxconfiggen',
    'oslo_config.sphinxext',
    'rooms',
    'sphinx.ext.graphviz',
]
# Pictures are drawn from text, by the `dot` of bindep.txt.
graphviz_output_format = 'svg'
openstackdocs_auto_name = False
openstackdocs_auto_version = False
openstackdocs_use_storyboard = False

config_generator_config_file = [
    ('../../etc/cassandra_scheduler/config-generator.conf',
     '_static/nova'),
    ('../../etc/cassandra_scheduler/placement-config-generator.conf',
     '_static/placement'),
]

master_doc = 'index'
exclude_patterns = ['_ext']
html_theme = 'openstackdocs'
pygments_style = 'native'
