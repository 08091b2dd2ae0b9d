# SPDX-License-Identifier: Apache-2.0
"""Draws the rooms from the import contracts in setup.cfg.

``.. rooms::`` becomes one picture for each contract of type ``layers``, and a
list of the rooms with the first line that each package says of itself. The
pictures cannot be out of date: import-linter holds what they show.
"""

import ast
import configparser
import pathlib

from docutils import nodes
from sphinx.ext import graphviz
from sphinx.util.docutils import SphinxDirective

TOP = pathlib.Path(__file__).parents[3]
HEAD = ('digraph {\n'
        'graph [newrank=true, compound=true, nodesep=0.15, ranksep=0.3];\n'
        'node [shape=box, style="rounded,filled", fillcolor="#eef3f8",'
        ' fontname="Helvetica", fontsize=11];\n'
        'edge [color="#7a8794", arrowsize=0.7];\n')


def contracts():
    """Yield (name, containers, layers) of each contract on layers.

    A layer is a tuple of the names of its rooms.
    """
    config = configparser.ConfigParser(interpolation=None)
    config.read(TOP / 'setup.cfg')
    for section in config.sections():
        if (section.startswith('importlinter:contract:') and
                config[section].get('type') == 'layers'):
            yield (config[section]['name'],
                   config[section].get('containers', '').split(),
                   [tuple(room.strip().strip('()') for room in
                          line.replace(':', '|').split('|'))
                    for line in config[section]['layers'].splitlines()
                    if line.strip()])


def digraph(layers):
    """Return the drawing: a row for each layer, an arrow to the next one."""
    lines = []
    for number, layer in enumerate(layers):
        rooms = ' '.join(f'"{room}";' for room in layer)
        lines.append(
            f'subgraph cluster_{number} {{ style=rounded; color="#c3ccd5"; '
            f'{{ rank=same; {rooms} }} }}')
    for number, (upper, lower) in enumerate(zip(layers, layers[1:])):
        lines.append(
            f'"{upper[len(upper) // 2]}" -> "{lower[len(lower) // 2]}" '
            f'[ltail=cluster_{number}, lhead=cluster_{number + 1}];')
    return HEAD + '\n'.join(lines) + '\n}'


def summary(containers, room):
    """Return the first line that a package or module says of itself."""
    for container in containers or ['']:
        base = TOP.joinpath(*container.split('.'), *room.split('.'))
        for path in (base / '__init__.py', base.with_suffix('.py')):
            if path.exists():
                said = ast.get_docstring(ast.parse(path.read_text())) or ''
                return said.split('\n\n')[0].replace('\n', ' ')
    return ''


class Rooms(SphinxDirective):
    """One picture and one list for each contract on layers."""

    def run(self):
        """Return the nodes that stand in the place of the directive."""
        self.env.note_dependency(str(TOP / 'setup.cfg'))
        made = []
        for name, containers, layers in contracts():
            section = nodes.section(ids=[nodes.make_id(name)])
            section += nodes.title(text=name)
            picture = graphviz.graphviz()
            picture['code'] = digraph(layers)
            picture['options'] = {'docname': self.env.docname}
            picture['alt'] = f'{name}: ' + '; '.join(
                ', '.join(layer) for layer in layers)
            section += picture
            rooms = nodes.definition_list()
            for room in (room for layer in layers for room in layer):
                rooms += nodes.definition_list_item(
                    '', nodes.term('', '', nodes.literal(text=room)),
                    nodes.definition('', nodes.paragraph(
                        text=summary(containers, room))))
            section += rooms
            made.append(section)
        return made


def setup(app):
    """Register the directive."""
    app.setup_extension('sphinx.ext.graphviz')
    app.add_directive('rooms', Rooms)
    return {'parallel_read_safe': True}
