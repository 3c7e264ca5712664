/** An app with everything that a package carries beside its files. */

export const least = `name: stall
version: 1.0.0
maintainer: Stall Team <stall@example.org>
description: |
  sells things at a stall
  A stall of the tests. It sells nothing.
  It carries whatever a package can carry.
license: MIT
`;

export const extras = `ignore: [packaging, man, doc, completions]
manpages: [man/stall.1, man/de/stall.1, "man/*.5"]
completions:
  bash: completions/stall.bash
  zsh: { stallctl: completions/stallctl.zsh }
  fish: completions/stall.fish
docs: [doc/guide.txt, doc/long.txt, doc/page.html]
examples: doc/examples
info: doc/stall.info
sysusers: packaging/sysusers.conf
tmpfiles: packaging/tmpfiles.conf
sysctl: packaging/sysctl.conf
udev: packaging/scales.rules
cron:
  crontab: packaging/crontab
  daily: { stall-clean: packaging/clean.sh }
logrotate: packaging/logrotate
alternatives:
  - name: stall
    link: /usr/bin/stall
    path: /usr/lib/stall/dist/stall
    priority: 60
    dependents:
      - name: stall.1.gz
        link: /usr/share/man/man1/stallholder.1.gz
        path: /usr/share/man/man1/stall.1.gz
debconf:
  templates: packaging/templates
  config: packaging/config
`;

export const units = `units:
  - packaging/stall-report.timer
  - packaging/stall-report.service
  - file: packaging/scales.socket
    name: stall-scales.socket
  - packaging/stall-scales.service
`;

const manual = (name: string, section: string, what: string) =>
  `.TH ${name} ${section} "2026-11-25"\n.SH NAME\nstall \\- ${what}\n.SH DESCRIPTION\n${what}.\n`;

export const files: Readonly<Record<string, string>> = {
  stall: '#!/bin/sh\necho hello\n',
  'man/stall.1': manual('STALL', '1', 'sells things'),
  'man/de/stall.1': manual('STALL', '1', 'verkauft Dinge für Geld'),
  'man/stall.conf.5':
    '.Dd November 25, 2026\n.Dt STALL.CONF 5\n.Os\n.Sh NAME\n.Nm stall.conf\n.Nd what stall is told\n.Sh DESCRIPTION\nA line.\n',
  'completions/stall.bash': 'complete -W "sell buy" stall\n',
  'completions/stallctl.zsh': '#compdef stallctl\n_arguments "1:what:(sell buy)"\n',
  'completions/stall.fish': 'complete -c stall -a "sell buy"\n',
  'doc/guide.txt': 'How to sell.\n',
  'doc/long.txt': 'A long story.\n'.repeat(400),
  'doc/page.html': `<p>${'A long page. '.repeat(400)}</p>\n`,
  'doc/examples/first/stall.conf': 'price=1\n',
  'doc/stall.info':
    'This is stall.info.\n\nINFO-DIR-SECTION Miscellaneous\nSTART-INFO-DIR-ENTRY\n* stall: (stall).   Sells things.\nEND-INFO-DIR-ENTRY\n\n\x1f\nFile: stall.info,  Node: Top\n\nStall\n',
  'packaging/sysusers.conf': 'u stall-scales - "Reads the scales"\n',
  'packaging/tmpfiles.conf': '# Type Path Mode\nd /run/stall 0755 root root -\n',
  'packaging/sysctl.conf': '# more\nnet.core.somaxconn = 4096\n',
  'packaging/scales.rules': 'SUBSYSTEM=="tty", ATTRS{idVendor}=="0922", SYMLINK+="scales"\n',
  'packaging/crontab':
    'MAILTO=root\n# m h dom mon dow user command\n5 4 * * 1-5 root [ ! -x /usr/bin/stall ] || /usr/bin/stall count\n@daily root true\n',
  'packaging/clean.sh': '#!/bin/sh\nset -e\n[ -x /usr/lib/stall/dist/stall ] || exit 0\n',
  'packaging/logrotate': '/var/log/stall.log {\n    weekly\n    missingok\n}\n',
  'packaging/templates': `Template: stall/price
Type: string
Default: 1
Description: Price of a thing:
 What each thing costs at this stall.
Description-de.UTF-8: Preis eines Dings:
 Was jedes Ding an diesem Stand kostet.
`,
  'packaging/config':
    '#!/bin/sh\nset -e\n. /usr/share/debconf/confmodule\ndb_input medium stall/price || true\ndb_go || true\n',
  'packaging/stall-report.timer':
    '[Unit]\nDescription=Stall: a report each day\n\n[Timer]\nOnCalendar=daily\n\n[Install]\nWantedBy=timers.target\n',
  'packaging/stall-report.service':
    '[Unit]\nDescription=Stall: report\n\n[Service]\nType=oneshot\nExecStart=/usr/lib/stall/dist/stall report\n',
  'packaging/scales.socket':
    '[Unit]\nDescription=Stall: scales\n\n[Socket]\nListenStream=/run/stall-scales.sock\n\n[Install]\nWantedBy=sockets.target\n',
  'packaging/stall-scales.service':
    '[Unit]\nDescription=Stall: scales\n\n[Service]\nExecStart=/usr/lib/stall/dist/stall scales\nRestart=on-failure\n',
};
