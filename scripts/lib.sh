# shellcheck shell=bash
# The stages of `scripts/check` and `scripts/test`: the tools below, each folder of tests/, and the matrix.

tools=(format lint types imports docs)
# The folders that come first, and those that come last because they run the Pulumi CLI; any other comes between.
first=(unit api emulator contract)
last=(packaging engine examples browser)
ran=()

format() { ruff format --check .; }

lint() {
  mapfile -t shell_scripts < <(grep -lsE '^#(!.*bash| shellcheck)' scripts/* .ci/run)
  ruff check --output-format concise . && shellcheck "${shell_scripts[@]}" && workflows \
    && scripts/exports --check && python -m scripts.derived --check
}

# The linters of GitHub's workflows, those of the examples included, and the schema of GitLab's pipelines. Actionlint is built once, from its Go module, where it is not installed.
workflows() {
  if [ -n "$(type -P zizmor)" ]; then zizmor --offline --quiet .github examples/*/.github || return; else echo 'zizmor: NOT RUN, it needs Python 3.11'; fi
  if [ -n "$(type -P check-jsonschema)" ]; then check-jsonschema --builtin-schema vendor.gitlab-ci examples/*/.gitlab-ci.yml || return; else echo 'check-jsonschema: NOT RUN, it needs Python 3.11'; fi
  local version=1.7.12 folder
  folder=${XDG_CACHE_HOME:-~/.cache}/pulumi-paygentic/actionlint-$version
  local PATH=$PATH:$folder
  if [ -z "$(type -P actionlint)" ] && [ -n "$(type -P go)" ]; then
    echo "building actionlint $version, once"
    GOBIN=$folder GOFLAGS='' go install "github.com/rhysd/actionlint/cmd/actionlint@v$version" 2>/dev/null || true
  fi
  if [ -n "$(type -P actionlint)" ]; then actionlint .github/workflows/*.yml examples/*/.github/workflows/*.yml; else echo "actionlint: NOT RUN, it needs Go"; fi
}

# The site of docs/; a warning is an error.
docs() {
  if [ -n "$(type -P zensical)" ]; then zensical build --strict --clean; else echo 'docs: NOT RUN, the generator needs Python 3.11'; fi
}

types() {
  mypy || return
  local program
  for program in examples/*/__main__.py; do mypy "$program" || return; done # one at a time: they share a name
  python -m scripts.typing_tests
}

imports() { lint-imports --no-cache --no-logo; }

# The oldest and the newest Python and SDK, each in a virtual environment of its own.
matrix() { python scripts/matrix.py; }

in_list() { [[ " ${*:2} " == *" $1 "* ]]; }

# The test folders that exist, in the order in which they run.
test_folders() {
  local name existing between=()
  mapfile -t existing < <(find tests -mindepth 2 -name 'test_*.py' | cut -d/ -f2 | LC_ALL=C sort -u)
  for name in "${existing[@]}"; do
    in_list "$name" "${first[@]}" "${last[@]}" || between+=("$name")
  done
  for name in "${first[@]}" "${between[@]}" "${last[@]}"; do
    if in_list "$name" "${existing[@]}"; then echo "$name"; fi
  done
}

# The system's Chromium, installed where that is possible.
chromium() {
  has_chromium() { [ -n "$(type -P chromium chromium-browser google-chrome)" ]; }
  if ! has_chromium && [ "$EUID" = 0 ] && [ -n "$(type -P apt-get)" ]; then
    echo "installing Chromium"
    apt-get -qq update >/dev/null || true
    DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends chromium fonts-dejavu-core >/dev/null || true
  fi
  has_chromium || { echo "there is no Chromium: install it (on Debian: apt-get install chromium)" >&2 && false; }
}

# Runs one stage under a header and says how long it took; with coverage=yes, folders that need no CLI are measured.
stage() {
  local name=$1 started=$SECONDS command=("$1")
  echo "━━ $name"
  if [ "$name" = browser ] && ! chromium; then echo "browser: NOT RUN" && return; fi
  if ! in_list "$name" "${tools[@]}" matrix; then
    command=(python -X warn_default_encoding -m pytest "tests/$name") # a file opened without an encoding is an error
    case $name in
      packaging | live) ;;                  # the one builds a wheel, the other sums up what it has seen
      engine | examples) command+=(-n 4) ;; # which mostly wait for the Pulumi CLI
      *) command+=(-n 2) ;;
    esac
    if in_list "$name" "${last[@]}"; then
      [ "$name" = browser ] || use_pulumi
    elif [ "${coverage:-}" = yes ]; then
      command+=(--cov --cov-append --cov-report=)
    fi
  fi
  if ! "${command[@]}"; then
    echo "FAILED: $name, after $((SECONDS - started)) s. To run it alone: scripts/check $name" >&2
    exit 1
  fi
  echo "━━ $name: $((SECONDS - started)) s"
  ran+=("$name")
}

# Puts the virtual environment first on PATH: the Python language host runs whatever python comes first.
use_venv() {
  unset "${!PYTHON@}" "${!PYTEST_@}" # what a user has set for other programs
  scripts/setup
  export PATH="$PWD/.venv/bin:$PATH"
}

# As use_venv, and puts a Pulumi CLI on PATH as well.
use_pulumi() {
  local folder
  folder=$(scripts/pulumi-cli)
  export PATH="$folder:$PATH"
  use_venv
}
