# newstui for nixpkgs: pkgs.callPackage ./package.nix { }
# sentencex and stopwordsiso are arguments: where nixpkgs lacks them, packaging/README.md says how to give them.
{
  lib,
  python3Packages,
  less,
  src ? ../..,
  sentencex ? python3Packages.sentencex,
  stopwordsiso ? python3Packages.stopwordsiso,
}:

python3Packages.buildPythonApplication {
  pname = "newstui";
  version = "0.9.0";
  pyproject = true;
  inherit src;

  build-system = with python3Packages; [
    hatch-fancy-pypi-readme
    hatchling
  ];


  dependencies =
    (with python3Packages; [
      argcomplete
      babel
      chardet
      feedparser
      httpcore
      ijson
      jellyfish
      lxml-html-clean
      markdown-it-py
      mdit-py-plugins
      orjson
      platformdirs
      pygments
      pyperclip
      python-dateutil
      python-frontmatter
      python-slugify
      pyyaml
      rich
      selectolax
      tantivy
      textual
      tinydb
      tomlkit
      trafilatura
    ])
    ++ [
      sentencex
      stopwordsiso
    ];

  # Completion and manual pages are installed with the wheel; pages need a pager.
  makeWrapperArgs = [ "--suffix PATH : ${lib.makeBinPath [ less ]}" ];

  pythonImportsCheck = [ "tui.cli" ];

  meta = {
    description = "Read and keep the news in your terminal";
    homepage = "https://newstui.readthedocs.io";
    license = lib.licenses.mit;
    mainProgram = "newstui";
    platforms = lib.platforms.linux ++ lib.platforms.darwin;
  };
}
