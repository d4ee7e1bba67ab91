# SPDX-License-Identifier: GPL-3.0-or-later
PROMPT='> '
unset zle_bracketed_paste
cd "$HOME"
mkdir folder
: >sample.bin
: >folder/inner.bin
fpath=("$MHEX_COMPLETIONS" $fpath)
autoload -U compinit
compinit -D -u
