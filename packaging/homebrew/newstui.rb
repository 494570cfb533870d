# The formula of a tap. packaging/README.md says how url, sha256 and the resources are filled in.
class Newstui < Formula
  include Language::Python::Virtualenv

  desc "Read and keep the news in your terminal"
  homepage "https://newstui.readthedocs.io"
  url "https://newstui.readthedocs.io/releases/newstui-0.9.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license "MIT"

  depends_on "rust" => :build # jellyfish, sentencex, tantivy and orjson
  depends_on "libyaml"
  depends_on "python@3.13"

  uses_from_macos "libxml2"
  uses_from_macos "libxslt"

  def install
    virtualenv_install_with_resources
    bash_completion.install "share/bash-completion/completions/newstui"
    fish_completion.install "share/fish/vendor_completions.d/newstui.fish"
    zsh_completion.install "share/zsh/site-functions/_newstui"
    man1.install "share/man/man1/newstui.1"
    man5.install "share/man/man5/newstui-settings.5"
  end

  test do
    (testpath/"harbour.txt").write "A harbour reopens\n\nThe ferry to Brae runs again.\n"
    system bin/"newstui", "import", "harbour.txt"
    assert_match "A harbour reopens", shell_output("#{bin}/newstui search ferry")
    assert_match "no problems", shell_output("#{bin}/newstui doctor")
  end
end
