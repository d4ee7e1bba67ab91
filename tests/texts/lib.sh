# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the tests of documents share, beside what batch tests share: "mhex" is found by a
# shell, and where it would open the editor it prints the screen, and the file is named in
# $work/opened.
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/batch/lib.sh"

mkdir bin
cat >bin/mhex <<END
#!$BASH
for option; do
	[ "\$option" != -b ] || exec "$MHEX" "\$@"
done
realpath "\${@: -1}" >"$work/opened"
exec "$MHEX" --clean --screen=80x24 "\$@"
END
chmod +x bin/mhex
bin/mhex -b -c version >bin/version 2>&1 || skip_all "nothing can be run below $work"
export PATH="$work/bin:$PATH"
