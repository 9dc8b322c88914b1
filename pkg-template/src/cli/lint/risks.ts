/** The 31 risks of Annex A, and how many terms the standard asks for. */

/** The documents that these numbers come from; `docs/cli.md` says it too. */
export const SOURCES = [
  'TC260-003 生成式人工智能服务安全基本要求 (2024-02-29): Annex A (31 risks), keyword library requirements',
  'GB/T 45654—2025 网络安全技术 生成式人工智能服务安全基本要求 (in force 2025-11-01): Annex A, keyword library requirements',
];

/** Fewest terms of a library. */
export const MIN_TERMS = 10_000;
/** Fewest terms for a risk, by clause; the others have no minimum. */
const MIN_BY_CLAUSE: Record<string, number> = { 'A.1': 200, 'A.2': 100 };

/** Ids by clause, in the order of the annex: A.1 a, A.1 b, … */
const BY_CLAUSE: Record<string, string[]> = {
  'A.1': [
    'a1_subversion', 'a1_national_security', 'a1_separatism', 'a1_terrorism_extremism', 'a1_ethnic_hatred',
    'a1_violence_obscenity', 'a1_false_harmful_info', 'a1_other_prohibited',
  ],
  'A.2': [
    'a2_ethnicity', 'a2_belief', 'a2_nationality', 'a2_region', 'a2_gender', 'a2_age', 'a2_occupation', 'a2_health', 'a2_other',
  ],
  'A.3': ['a3_ip_infringement', 'a3_business_ethics', 'a3_trade_secrets', 'a3_unfair_competition', 'a3_other_commercial'],
  'A.4': [
    'a4_physical_mental_harm', 'a4_portrait', 'a4_reputation', 'a4_honor', 'a4_privacy', 'a4_personal_info', 'a4_other_rights',
  ],
  'A.5': ['a5_inaccurate', 'a5_unreliable'],
};

export interface StandardRisk {
  id: string;
  /** Such as `A.1 f`. */
  clause: string;
  /** 0: none is set. */
  minimum: number;
}

export const STANDARD_RISKS: readonly StandardRisk[] = Object.entries(BY_CLAUSE).flatMap(([clause, ids]) =>
  ids.map((id, at) => ({ id, clause: `${clause} ${String.fromCharCode(97 + at)}`, minimum: MIN_BY_CLAUSE[clause] ?? 0 })));
