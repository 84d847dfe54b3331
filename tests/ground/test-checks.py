#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests that the checks of build-aux/ find what they are for, and nothing else."""

import subprocess
import tempfile
import unittest
from pathlib import Path

import tap

BUILD_AUX = Path(__file__).resolve().parents[2] / "build-aux"

HEAD = """/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

"""


class TreeTest(unittest.TestCase):
    """A test with a source tree of its own."""

    script = ""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="headway-checks-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        subprocess.run(["git", "init", "-q", self.root], check=True)

    def write(self, path: str, text: str, head: str = HEAD):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(head + text)

    def check(self) -> tuple[bool, str]:
        """Tells whether the tree passes, and what was said about it."""
        done = subprocess.run([BUILD_AUX / self.script, self.root], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertIn(done.returncode, (0, 1), done.stdout)
        return done.returncode == 0, done.stdout

    def assert_passes(self):
        self.assertEqual((True, ""), self.check())

    def assert_fails(self, *words: str):
        passes, said = self.check()
        self.assertFalse(passes)
        for word in words:
            self.assertIn(word, said)
        self.assertEqual(1, said.count("\n"), said)


class LayersTest(TreeTest):
    script = "check-layers.py"

    def setUp(self):
        super().setUp()
        self.write("src/core/hw-task.h", "")
        self.write("src/core/hw-task-private.h", "")
        self.write("src/wire/hw-task-json.h", "")
        self.write("src/http/hw-http-server.h", "")

    def test_arrow_of_the_design_passes(self):
        self.write("src/http/hw-task-api.c", '#include "hw-task.h"\n#include "hw-task-json.h"\n')
        self.assert_passes()

    def test_own_private_header_passes(self):
        self.write("src/core/hw-task.c", '#include "hw-task-private.h"\n')
        self.assert_passes()

    def test_daemon_may_know_everyone(self):
        self.write("src/daemon/hw-daemon.c",
                   '#include "hw-http-server.h"\n#include "hw-task-json.h"\n')
        self.assert_passes()

    def test_core_knows_only_core(self):
        self.write("src/core/hw-task.c", '#include "hw-task-json.h"\n')
        self.assert_fails("src/core/hw-task.c", "hw-task-json.h", "src/wire")

    def test_frontends_do_not_meet(self):
        self.write("src/signalr/hw-hub.c", '#include "hw-http-server.h"\n')
        self.assert_fails("src/signalr/hw-hub.c", "hw-http-server.h")

    def test_private_header_stays_in_its_folder(self):
        self.write("src/store/hw-store.c", '#include "hw-task-private.h"\n')
        self.assert_fails("src/store/hw-store.c", "hw-task-private.h", "private")

    def test_path_before_the_name_is_no_way_round(self):
        self.write("src/core/hw-task.c", '#include "../wire/hw-task-json.h"\n')
        self.assert_fails("hw-task-json.h")

    def test_angle_brackets_are_no_way_round(self):
        self.write("src/core/hw-task.c", "# include <hw-task-json.h>\n")
        self.assert_fails("hw-task-json.h")

    def test_sqlite_stays_in_the_store(self):
        self.write("src/store/hw-store.c", "#include <sqlite3.h>\n")
        self.assert_passes()
        self.write("src/http/hw-task-api.c", "#include <sqlite3.h>\n")
        self.assert_fails("src/http must not include sqlite3.h")

    def test_http_stays_out_of_the_runners(self):
        self.write("src/runners/hw-runner.c", "#include <libsoup/soup.h>\n")
        self.assert_fails("libsoup/soup.h")

    def test_unknown_folder_needs_a_place(self):
        self.write("src/extras/hw-extra.c", "")
        self.assert_fails("src/extras has no place")


class TranslationsTest(TreeTest):
    script = "check-translations.py"

    def setUp(self):
        super().setUp()
        self.write("src/cli/hw-a.c", 'say (_("One"));\nsay (ngettext ("%d cat", "%d cats", 2));\n')
        self.write("po/LINGUAS", "# languages\nde\n", "")
        self.write("po/POTFILES", "# sources\nsrc/cli/hw-a.c\n", "")
        self.translate()

    def translate(self, one: str = "Eins", mark: str = "", rest: str = ""):
        """Writes a translation."""
        self.write("po/de.po", 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
                   '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
                   f'{mark}msgid "One"\nmsgstr "{one}"\n\n'
                   '#, c-format\nmsgid "%d cat"\nmsgid_plural "%d cats"\n'
                   'msgstr[0] "%d Katze"\nmsgstr[1] "%d Katzen"\n' + rest, "")

    def test_complete_passes(self):
        self.assert_passes()

    def test_source_with_texts_must_be_listed(self):
        self.write("src/cli/hw-b.c", 'say (N_("Two"));\n')
        self.assert_fails("src/cli/hw-b.c", "po/POTFILES")

    def test_listed_source_must_have_texts(self):
        self.write("src/cli/hw-b.c", 'say ("Two");\n')
        self.write("po/POTFILES", "src/cli/hw-a.c\nsrc/cli/hw-b.c\n", "")
        self.assert_fails("src/cli/hw-b.c", "no texts")

    def test_listed_source_must_be_there(self):
        self.write("po/POTFILES", "src/cli/hw-a.c\nsrc/cli/hw-b.c\n", "")
        self.assert_fails("src/cli/hw-b.c", "does not exist")

    def test_missing_translation_is_named(self):
        self.translate(one="")
        self.assert_fails("po/de.po", "“One” is not translated")

    def test_missing_entry_is_named(self):
        self.write("src/cli/hw-a.c", 'say (_("One"));\nsay (_("Three"));\n'
                   'say (ngettext ("%d cat", "%d cats", 2));\n')
        self.assert_fails("“Three” is not translated")

    def test_fuzzy_translation_is_named(self):
        self.translate(mark="#, fuzzy\n")
        self.assert_fails("“One” is fuzzy")

    def test_superfluous_translation_is_told(self):
        self.translate(rest='\nmsgid "Gone"\nmsgstr "Weg"\n')
        self.assert_fails("po/de.po", "no source has")

    def test_wrong_placeholder_is_told(self):
        self.translate(one="Eins %s", mark="#, c-format\n")
        passes, said = self.check()
        self.assertFalse(passes, said)

    def test_language_without_file_is_named(self):
        self.write("po/LINGUAS", "de\nfr\n", "")
        self.assert_fails("po/fr.po")


class SourceTest(TreeTest):
    script = "check-source.py"

    def body(self, *lines: str, path: str = "src/core/hw-task.c"):
        """Writes a C file with one function of these lines."""
        inside = "".join(f"  {line}\n" for line in lines)
        self.write(path, f"void\nhw_do (void)\n{{\n{inside}}}\n")

    def test_clean_function_passes(self):
        self.body('g_autofree char *text = g_strdup ("x");', "", "guint8 byte = 0;")
        self.assert_passes()

    def test_function_of_60_lines_passes(self):
        self.body(*["hw_do ();"] * 60)
        self.assert_passes()

    def test_function_of_61_lines_fails(self):
        self.body(*["hw_do ();"] * 61)
        self.assert_fails("hw_do () has 61 lines", "[long-function]")

    def test_long_table_passes(self):
        self.write("src/core/hw-task.c",
                   "static const int table[] = {\n" + "  1,\n" * 100 + "};\n"
                   "struct _HwTask\n{\n" + "  int field;\n" * 100 + "};\n")
        self.assert_passes()

    def test_file_over_700_lines_fails(self):
        self.write("src/core/hw-task.c", "\n" * 700)
        self.assert_fails("[long-file]")

    def test_shim_over_1500_lines_of_code_fails(self):
        self.write("src/shim/hw-shim.c", "int a;\n" * 690)
        self.write("src/shim/hw-tree.c", "int a;\n" * 690)
        self.write("src/shim/hw-tree.h", "int a;\n" * 690)
        self.write("src/shim/hw-cgroup.c", "{\n\n/* a\n * b */\n}\n" * 130)
        self.assert_passes()
        self.write("src/shim/hw-io.c", "int a;\n" * 121)
        self.assert_fails("1501 lines of code", "hw-io.c 121", "[large-shim]")

    def test_line_comment_fails(self):
        self.body("hw_do (); // again")
        self.assert_fails("src/core/hw-task.c:8:", "[line-comment]")

    def test_address_in_a_string_is_no_comment(self):
        self.body('hw_say ("http://127.0.0.1/");', "/* see https://example.org/ */")
        self.assert_passes()

    def test_goto_fails(self):
        self.body("goto out;")
        self.assert_fails("[goto]")

    def test_word_goto_in_prose_passes(self):
        self.body("/* no goto here; */", 'hw_say ("goto x");')
        self.assert_passes()

    def test_g_error_fails(self):
        self.body('g_error ("no");')
        self.assert_fails("[g-error]")

    def test_g_assert_fails_in_tests(self):
        self.body("g_assert (x == 1);", path="tests/core/test-task.c")
        self.assert_fails("[g-assert]")

    def test_g_assert_passes_in_sources(self):
        self.body("g_assert (x == 1);")
        self.assert_passes()

    def test_bare_type_check_fails(self):
        self.body("HW_IS_TASK (self);")
        self.assert_fails("src/core/hw-task.c:8:", "[bare-check]")

    def test_guarding_type_check_passes(self):
        self.body("g_return_if_fail (HW_IS_TASK (self));")
        self.assert_passes()

    def test_sleep_fails_in_tests(self):
        self.body("g_usleep (1000);", path="tests/core/test-task.c")
        self.assert_fails("[sleep]")

    def test_path_that_glib_skips_fails(self):
        self.body('g_test_add_func ("/runner/subprocess/runs", hw_do);',
                  path="tests/core/test-task.c")
        self.assert_fails("[test-path]")

    def test_dropped_timeout_fails(self):
        self.body("g_timeout_add_seconds (1, on_timeout, self);")
        self.assert_fails("[source-id]")

    def test_dropped_idle_once_fails(self):
        self.body("if (self->id == 0)", "  g_idle_add_once (on_idle, self);")
        self.assert_fails("[source-id]")

    def test_kept_source_passes(self):
        self.body("self->id =", "  g_timeout_add (1, on_timeout, self);",
                  "return g_idle_add (on_idle, self);")
        self.assert_passes()

    def test_task_without_tag_fails(self):
        self.body("gtask = g_task_new (self, NULL, callback, user_data);", "hw_do ();")
        self.assert_fails("[source-tag]")

    def test_task_with_tag_passes(self):
        self.body("gtask = g_task_new (self, NULL, callback, user_data);",
                  "g_task_set_source_tag (gtask, hw_do);")
        self.assert_passes()

    def test_unfinished_without_issue_fails(self):
        for word in ("FIX" "ME", "TO" "DO"):
            self.body(f"/* {word}: later */")
            self.assert_fails("[unfinished]")

    def test_unfinished_with_issue_passes(self):
        self.body("/* FIX" "ME #12: later */")
        self.assert_passes()

    def test_source_listed_twice_fails(self):
        once = "a = files(\n  'hw-a.c',\n  'hw-b.c',\n)\n"
        self.write("src/core/meson.build", once + once, head="")
        self.assert_passes()
        self.write("src/core/meson.build", once.replace(")", "  'hw-a.c',\n)"), head="")
        self.assert_fails("src/core/meson.build:4", "hw-a.c", "[listed-twice]")

    def test_missing_licence_fails(self):
        for path in ("src/core/hw-task.c", "web/src/main.ts", "build-aux/tool.py"):
            with self.subTest(path):
                self.write(path, "\n", head="")
                self.assert_fails(path, "[spdx]")
                (self.root / path).unlink()

    def test_script_without_ending_needs_a_licence(self):
        self.write("run", "#!/bin/sh\n", head="")
        self.assert_fails("[spdx]")

    def test_notify_by_name_fails(self):
        self.body('g_object_notify (G_OBJECT (self), "state");')
        self.assert_fails("[object-notify]")

    def test_other_names_of_c_types_fail(self):
        for word in ("gchar", "gint", "gdouble", "uint32_t", "uint8_t", "int64_t"):
            with self.subTest(word):
                self.body(f"{word} value;")
                self.assert_fails("[c-types]")

    def test_glib_types_with_a_meaning_pass(self):
        self.body("gint64 a;", "guint b;", "gsize c;", "gboolean d;", "gpointer e;")
        self.assert_passes()

    def test_shim_may_use_types_of_c(self):
        self.body("uint32_t length;", path="src/shim/shim.c")
        self.assert_passes()

    def test_path_of_a_machine_fails(self):
        for text in ("/wor" "k/x", "/far" "m/x", "/tm" "p/mine/x"):
            with self.subTest(text):
                self.write("docs/notes.md", f"see {text}\n")
                self.assert_fails("[machine-path]")

    def test_waiver_with_a_reason_holds(self):
        self.body("/* check-source: allow goto: generated code */", "goto out;")
        self.assert_passes()

    def test_waiver_without_a_reason_does_not_hold(self):
        self.body("goto out; /* check-source: allow goto: */")
        self.assert_fails("[goto]")

    def test_waiver_of_another_rule_does_not_hold(self):
        self.body("goto out; /* check-source: allow sleep: no */")
        self.assert_fails("[goto]")

    def test_waiver_inside_a_long_function_holds(self):
        self.body("/* check-source: allow long-function: one table */", *["hw_do ();"] * 80)
        self.assert_passes()


if __name__ == "__main__":
    tap.main()
