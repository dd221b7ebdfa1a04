import { Argument, Command } from 'commander';
import type { CommandFactory } from '../command.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

const HOW = `
Examples:
  source <(fleetmend completion bash)
  fleetmend completion zsh > "\${fpath[1]}/_fleetmend"
  fleetmend completion fish > ~/.config/fish/completions/fleetmend.fish`;

/** `completion SHELL`: made from the commands themselves, so that none is forgotten. */
export const completionCommand: CommandFactory = (world) => {
  const command = new Command('completion').addArgument(new Argument('<shell>', 'whose completion').choices(SHELLS)).description('print what makes a shell complete this command line').addHelpText('after', HOW);
  return command.action((shell: Shell) => world.print(RENDER[shell](wordsOf(command.parent ?? command))));
};

interface Words {
  /** The commands that lead here: empty, `policy`, `policy rollout` … */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly { readonly name: string; readonly about: string }[];
}

/** What may be written at each place of the command line, the top first. */
function wordsOf(command: Command, path = ''): readonly Words[] {
  const here: Words = {
    path,
    commands: command.commands.map((below) => ({ name: below.name(), about: below.description() })),
    options: [...command.options.flatMap(({ long, description }) => (long ? [{ name: long, about: description }] : [])), { name: '--help', about: 'help for it' }],
  };
  return [here, ...command.commands.flatMap((below) => wordsOf(below, `${path} ${below.name()}`.trim()))];
}

/** Names of commands and options are letters and hyphens only; what is said of them is not. */
const quoted = (text: string) => `'${text.replaceAll("'", '’')}'`;
const names = (items: Words['commands']) => items.map(({ name }) => name).join(' ');
const paths = (all: readonly Words[]) => all.flatMap(({ path }) => (path === '' ? [] : [quoted(path)]));

const RENDER: Readonly<Record<Shell, (all: readonly Words[]) => string>> = {
  bash: (all) =>
    `# bash completion of fleetmend, made by \`fleetmend completion bash\`
_fleetmend() {
  local current=\${COMP_WORDS[COMP_CWORD]} at= word words=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${at:+$at }$word" in
      ${paths(all).join(' | ')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at" in
${all.map(({ path, commands, options }) => `    ${quoted(path)}) words='${names(commands)} ${names(options)}' ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _fleetmend fleetmend`,
  zsh: (all) =>
    `#compdef fleetmend
# zsh completion of fleetmend, made by \`fleetmend completion zsh\`
_fleetmend() {
  local at= word
  local -a words_here options_here
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${at:+$at }$word" in
      (${paths(all).map((path) => path).join('|')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at" in
${all.map(({ path, commands, options }) => `    (${quoted(path)}) words_here=(${commands.map(describedForZsh).join(' ')}); options_here=(${options.map(describedForZsh).join(' ')}) ;;`).join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe -o 'option' options_here
  else
    (( $#words_here )) && _describe 'command' words_here || _files
  fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _fleetmend "$@"; else compdef _fleetmend fleetmend; fi`,
  fish: (all) =>
    [
      '# fish completion of fleetmend, made by `fleetmend completion fish`',
      'function __fleetmend_at',
      '  set -l at',
      '  for word in (commandline -opc)[2..-1]',
      `    if contains -- (string trim -- "$at $word") ${paths(all).join(' ')}`,
      '      set at (string trim -- "$at $word")',
      '    end',
      '  end',
      '  test "$at" = "$argv[1]"',
      'end',
      ...all.flatMap(({ path, commands, options }) => [
        ...commands.map(({ name, about }) => `complete -c fleetmend -n "__fleetmend_at ${quoted(path)}" -f -a ${name} -d ${quoted(about)}`),
        ...options.map(({ name, about }) => `complete -c fleetmend -n "__fleetmend_at ${quoted(path)}" -l ${name.slice(2)} -d ${quoted(about)}`),
      ]),
    ].join('\n'),
};

function describedForZsh({ name, about }: { readonly name: string; readonly about: string }): string {
  return quoted(`${name}:${about.replaceAll(':', '\\:')}`);
}
