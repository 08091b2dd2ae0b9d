# SPDX-License-Identifier: Apache-2.0

import json
import math

import hypothesis
from hypothesis import strategies as st
import testtools

from cassandra_scheduler.model import json_text

#: The encoder of 69dfdb2, from which the digests of its rows follow.
WRITTEN_BY_69DFDB2 = json.JSONEncoder(separators=(',', ':'),
                                      sort_keys=True).encode
#: Also characters outside the BMP and halves of surrogate pairs.
texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=6)
numbers = st.integers(-2 ** 70, 2 ** 70) | st.floats(
    allow_nan=False) | st.integers(-3, 3) | st.floats(width=32,
                                                      allow_nan=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        texts, inner, max_size=4), max_leaves=12)


class TestJsonText(testtools.TestCase):

    @hypothesis.settings(max_examples=400, deadline=None)
    @hypothesis.given(values)
    def test_a_text_that_was_read_is_written_byte_for_byte(self, value):
        text = WRITTEN_BY_69DFDB2(value)
        self.assertEqual(text, json_text.encode(json_text.decode(text)))

    @hypothesis.settings(max_examples=400, deadline=None)
    @hypothesis.given(values)
    def test_reads_what_the_standard_library_reads(self, value):
        for text in (json.dumps(value), json.dumps(
                value, ensure_ascii=False, indent=1)):
            self.assertEqual(json.loads(text), json_text.decode(text))

    def test_what_msgspec_refuses(self):
        self.assertEqual(['\ud800', -math.inf],
                         json_text.decode('["\\ud800",-Infinity]'))
        self.assertTrue(math.isnan(json_text.decode('NaN')))

    def test_what_is_no_json(self):
        for text in ('', '{', '{"a" 1}', "{'a': 1}", '\ud800', '1 2'):
            self.assertRaises(ValueError, json_text.decode, text)
