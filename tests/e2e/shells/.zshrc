# SPDX-License-Identifier: GPL-3.0-or-later
PROMPT='> '
unset zle_bracketed_paste
cd "$HOME"
mkdir folder
: >sample.bin
: >folder/inner.bin
: >'some name.bin'
: >someother.bin
# Looking through all completions of zsh takes longer than the whole test.
own=(${(M)fpath:#*/Completion(|/Base|/Unix)})
fpath=("$MHEX_COMPLETIONS" ${own:-$fpath})
autoload -U compinit
compinit -D -u
