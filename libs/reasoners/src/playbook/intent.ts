import type { GitChange } from '@fleetmend/plugin-api';

/** Words with which people say that something is meant to rest, or to be tried out on a part. */
const REST = /\b(paus\w*|suspend\w*|hold|on hold|freez\w*|frozen|stop\w*|disabl\w*|maintenance|migrat\w*|until|temporar\w*|standby|decommission\w*|retir\w*|sunset\w*|turn(ed)? off|switch(ed)? off|shut\w* ?down|scal\w+ (down|to zero|in)|park\w*|sleep|off (for|until|while|during)|for (now|the moment)|no longer|not needed|intentional\w*|on purpose|canary|staged|gradual\w*)\b/i;

/** Words with which people say that more is wanted than before. */
const GROWTH = /\b(scale ?(up|out)|scale|growth|grow\w*|traffic|load|peak|sale|season\w*|campaign|capacity|customers?|users|demand|black friday|double|launch|rush|busy|headroom for)\b/i;

/** The commit says itself that what it stopped is meant to stand still. What people mean is never undone. */
export function isMeantToRest({ message }: Pick<GitChange, 'message'>): boolean {
  return REST.test(message);
}

/** The commit says itself that more is needed. */
export function isMeantToGrow({ message }: Pick<GitChange, 'message'>): boolean {
  return GROWTH.test(message);
}
