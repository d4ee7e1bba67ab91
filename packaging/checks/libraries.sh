# SPDX-License-Identifier: GPL-3.0-or-later
#
# The libraries that packaging/portability builds with where this machine's do not do:
# Debian's packages of another machine, unpacked, or Debian's sources, compiled. Both are
# fetched by apt-get into folders of their own below $out; nothing is installed.

skip() {
	echo "$*" >&2
	exit 77
}

foreign_packages="libc6 libc6-dev linux-libc-dev libgcc-s1 libcrypt1 libcrypt-dev libncurses-dev
	libncurses6 libncursesw6 libtinfo6 libtermkey-dev libtermkey1 libunibilium4 libpcre2-dev
	libpcre2-8-0 libpcre2-16-0 libpcre2-32-0 libpcre2-posix3"

# make_apt STATE OPTION...: the array "apt", apt-get with lists of its own.
make_apt() {
	command -v apt-get >/dev/null || skip "there is no apt-get to fetch libraries with"
	mkdir -p "$1/lists/partial" "$1/archives/partial"
	: >"$1/status"
	apt=(apt-get -q -o "Dir::State=$1" -o "Dir::State::status=$1/status" -o "Dir::Cache=$1"
		-o APT::Sandbox::User= "${@:2}")
	"${apt[@]}" update >&2 || true # one list of several may be enough
}

# sysroot ARCH: its libraries are in $out/sysroot/ARCH.
sysroot() {
	local folder=$out/sysroot/$1 state=$out/apt/$1 apt
	[ ! -e "$folder/done" ] || return 0
	mkdir -p "$folder"
	make_apt "$state" -o "APT::Architecture=$1" -o "APT::Architectures=$1"
	# shellcheck disable=SC2086
	(cd "$state" && "${apt[@]}" download $foreign_packages) >&2 ||
		skip "the libraries of $1 cannot be fetched"
	for file in "$state"/*.deb; do
		dpkg-deb -x "$file" "$folder"
	done
	touch "$folder/done"
}

# fetch_sources NAME...: Debian's tarballs, unpacked in $out/source.
fetch_sources() {
	local state=$out/apt/source apt file
	mkdir -p "$state/lists.d" "$out/source"
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
		[ ! -e "$file" ] || sed 's/^Types:.*/Types: deb-src/; s/^deb /deb-src /' "$file" \
			>"$state/lists.d/${file##*/}"
	done
	make_apt "$state" -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$state/lists.d"
	(cd "$state" && "${apt[@]}" source --download-only --tar-only "$@") >&2 ||
		skip "the sources of $* cannot be fetched"
	for file in "$state"/*.orig.tar.*; do
		[[ $file == *.asc ]] || tar -C "$out/source" -xf "$file"
	done
}

# Each in a copy of its source, installed into $folder, without what mhex does not need.
compile_ncurses() { # CC
	./configure CC="$1" --prefix="$folder" --without-shared --enable-widec --without-ada \
		--without-cxx-binding --without-debug --without-manpages --without-progs \
		--without-tests --disable-db-install --enable-pc-files \
		--with-pkg-config-libdir="$folder/lib/pkgconfig" \
		--with-terminfo-dirs=/etc/terminfo:/lib/terminfo:/usr/share/terminfo
	make -j "$(nproc)" libs
	make install.libs
}

compile_pcre2() { # CC
	./configure CC="$1" --prefix="$folder" --disable-shared --enable-jit
	make -j "$(nproc)" libpcre2-8.la
	make install-libLTLIBRARIES install-nodist_includeHEADERS install-pkgconfigDATA
}

# Its makefile wants a libtool: PCRE2's configure has made one.
compile_libtermkey() { # CC
	make CC="$1" CFLAGS="-O2 -I$folder/include" PREFIX="$folder" \
		LIBTOOL="$(echo "$folder"/source/pcre2-*/libtool)" install-inc install-lib
}

# The kernel's headers are not the C library's, and musl-gcc looks for them nowhere else.
link_kernel_headers() {
	local name
	for name in linux asm-generic "$(gcc -print-multiarch)/asm"; do
		ln -sfn "/usr/include/$name" "$folder/include/${name##*/}"
	done
}

# compiled NAME CC LIBRARY...: built by CC in $out/compiled/NAME, where pkg-config finds
# them before this machine's, or alone where the C library is another one.
compiled() {
	local folder=$out/compiled/$1 cc=$2 name
	export PKG_CONFIG_PATH=$folder/lib/pkgconfig
	[[ $cc != *musl* ]] || export PKG_CONFIG_LIBDIR=$PKG_CONFIG_PATH
	[ ! -e "$folder/done" ] || return 0
	mkdir -p "$folder/source" "$folder/include"
	fetch_sources "${@:3}"
	[[ $cc != *musl* ]] || link_kernel_headers
	for name in "${@:3}"; do
		cp -a "$out/source/$name"-[0-9]* "$folder/source"
		(cd "$folder/source/$name"-[0-9]* && "compile_$name" "$cc")
	done
	touch "$folder/done"
}
