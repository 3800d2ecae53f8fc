import type { PolicyWitness, Quorum } from './witness-policy.js';

const keyNameOf = ({ key }: PolicyWitness): string => `${key.name}+${key.id}`;

/** Whether those who cosigned, by key name and id (`name+id`), are enough. */
const isMet = (quorum: Quorum, cosigned: ReadonlySet<string>): boolean => {
  switch (quorum._tag) {
    case 'None':
      return true;
    case 'Witness':
      return cosigned.has(keyNameOf(quorum.witness));
    case 'Group':
      return quorum.members.filter((member) => isMet(member, cosigned)).length >= quorum.threshold;
  }
};

/** C2SP tlog-policy: a group has witnessed what at least `threshold` of its members have witnessed. */
export const meetsQuorum = (quorum: Quorum, cosigned: ReadonlyArray<PolicyWitness>): boolean =>
  isMet(quorum, new Set(cosigned.map(keyNameOf)));
