# SPDX-License-Identifier: GPL-3.0-or-later
set -g fish_autosuggestion_enabled 0
set -g fish_greeting
function fish_prompt
	echo '> '
end
cd $HOME
mkdir folder
touch sample.bin folder/inner.bin 'some name.bin' someother.bin
source $MHEX_COMPLETIONS/mhex.fish
