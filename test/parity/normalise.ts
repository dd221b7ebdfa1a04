/** The alphabet of generated suffixes: no vowels, none of 0, 1, 3. Source: k8s.io/apimachinery/pkg/util/rand. */
const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]';

/** A kubelet joins a pod's name to its namespace by an underscore, which is part of a word. */
const END = '(?![a-zA-Z0-9-])';

/** What a world makes up or measures, and no two runs have in common. In this order: each takes from the text what the next must not see. */
const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, 'TIME'],
  [/sha256:[0-9a-f]{64}/g, 'sha256:DIGEST'],
  [/\b[0-9a-f]{64}\b/g, 'ID'],
  // Where a kubelet keeps the volumes of its pods is a setting of it.
  [/\/[^\s"]*\/pods\/UID\//g, 'KUBELET/pods/UID/'],
  [/\/[^\s"]*\/rootfs(?=["/])/g, 'ROOTFS'],
  // The image lies at a loopback address, which is a name and not an address of a world.
  [/\b127\.0\.0\.1:5999\b/g, 'REGISTRY'],
  [/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g, 'ADDRESS'],
  [/(?<=ADDRESS:)\d+(?=->)/g, 'PORT'],
  [/(?<=\/proc\/self\/fd\/)\d+/g, 'N'],
  // How often something came until it was looked at is chance.
  [/\(combined from similar events\): /g, ''],
  [new RegExp(`\\bapp-${RANDOM}{8,10}-${RANDOM}{5}${END}`, 'g'), 'app-HASH-SUFFIX'],
  [new RegExp(`\\bapp-${RANDOM}{8,10}(?![a-zA-Z0-9])`, 'g'), 'app-HASH'],
  [new RegExp(`\\bapp-${RANDOM}{5}${END}`, 'g'), 'app-SUFFIX'],
  [/\bapp-\d{8}(?![a-zA-Z0-9-])/g, 'app-MINUTE'],
  [/\b(back-off |after |in |over )(\d+(\.\d+)?(h|ms|m|s|µs))+/g, '$1SPAN'],
];

export const normalise = (text: string): string => REPLACEMENTS.reduce((so, [pattern, by]) => so.replaceAll(pattern, by), text).trimEnd();
