"""Scripts that have a shell ask `blue` at the TAB key. Pure: text out.

What a script does with an answer is the same in all: each line is a word, perhaps a TAB and what it means; the lines
`:files` and `:folders` leave the word to the shell itself. Nothing that is typed or answered is evaluated: words go
out in one argument, joined by the unit separator (\\x1f), and come back as data. Nothing is asked for at a shell's start.
"""

from __future__ import annotations

from collections.abc import Iterable

SEPARATOR = "\x1f"
FILES, FOLDERS = ":files", ":folders"

BASH = r"""# bash completion of blue: eval "$(blue completion bash)", or a file in ~/.local/share/bash-completion/completions/blue
_blue() {
    local IFS=$'\037' line words
    words="${COMP_WORDS[*]:1:COMP_CWORD}"
    COMPREPLY=()
    while IFS= read -r line; do
        case "$line" in
            :files) compopt -o default 2>/dev/null ;;
            :folders) compopt -o dirnames 2>/dev/null ;;
            *) COMPREPLY[${#COMPREPLY[@]}]="${line%%$'\t'*}" ;;
        esac
    done < <(command blue completion bash --words="$words" </dev/null 2>/dev/null)
}
complete -F _blue blue
"""
ZSH = r"""#compdef blue
# zsh completion of blue: a file named _blue in a folder of $fpath, or after compinit: eval "$(blue completion zsh)"
_blue() {
    local line said joined kind
    local -a found
    joined="${(pj:\x1f:)${(@Q)words[2,CURRENT]}}"
    said="$(command blue completion zsh --words="$joined" </dev/null 2>/dev/null)"
    for line in "${(@f)said}"; do
        case "$line" in
            '') ;;
            :files) kind=files ;;
            :folders) kind=folders ;;
            *$'\t'*) found+=("${line%%$'\t'*}:${line#*$'\t'}") ;;
            *) found+=("$line") ;;
        esac
    done
    (( $#found )) && _describe blue found
    case "$kind" in
        files) _files ;;
        folders) _files -/ ;;
    esac
}
if [[ "$funcstack[1]" == _blue ]]; then
    _blue "$@"
else
    compdef _blue blue
fi
"""
FISH = r"""# fish completion of blue: blue completion fish > ~/.config/fish/completions/blue.fish
function __blue_words
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l joined (string join \x1f -- $words "$current")
    for line in (command blue completion fish --words="$joined" </dev/null 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (commandline -ct)
            case ':folders'
                __fish_complete_directories (commandline -ct) ''
            case '*'
                printf '%s\n' $line
        end
    end
end
complete -c blue -e
complete -c blue -f -a '(__blue_words)'
"""
SCRIPTS: dict[str, str] = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def answer(words: Iterable[tuple[str, str]], others: str = "") -> str:
    """The lines for a shell: words with what they mean, then `others`, `FILES` or `FOLDERS`."""
    lines = [f"{word}\t{meaning}" if meaning else word for word, meaning in words]
    return "".join(f"{line}\n" for line in [*lines, *([others] if others else [])])
