# SPDX-License-Identifier: GPL-3.0-or-later
#
# Parsed here by nix-instantiate --parse and not built: that needs nixpkgs, which is not to be
# had without its channel. By hand: nix-build -E '(import <nixpkgs> {}).callPackage ./package.nix {}'
{
  lib,
  stdenv,
  cmake,
  ninja,
  pkg-config,
  libtermkey,
  ncurses,
  pcre2,
  perl,
  unixtools,
  util-linux,
}:

stdenv.mkDerivation {
  pname = "mhex";
  version = "0.1.0";

  src = lib.cleanSource ../..;

  nativeBuildInputs = [
    cmake
    ninja
    pkg-config
  ];
  buildInputs = [
    libtermkey
    ncurses
    pcre2
  ];
  nativeCheckInputs = [
    perl
    unixtools.xxd
    util-linux
  ];

  postPatch = ''
    patchShebangs packaging tests
  '';
  cmakeBuildType = "RelWithDebInfo";
  cmakeFlags = [
    (lib.cmakeBool "MHEX_PLAIN_TESTS" true)
    (lib.cmakeFeature "MHEX_TEST_TIMEOUT" "1800")
  ];

  doCheck = true;
  checkPhase = ''
    runHook preCheck
    ctest --output-on-failure -j $NIX_BUILD_CORES -L '^(model|e2e|fuzz)$'
    runHook postCheck
  '';

  meta = {
    description = "Terminal hex editor on memory-mapped files";
    license = lib.licenses.gpl3Plus;
    mainProgram = "mhex";
    platforms = lib.platforms.linux;
  };
}
