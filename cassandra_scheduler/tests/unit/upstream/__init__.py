# SPDX-License-Identifier: Apache-2.0
"""The harness around upstream's suites: it must not hide a failure."""
