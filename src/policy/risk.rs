//! The vocabulary of risks: the 31 of TC260-003 (2024-02-29) and GB/T
//! 45654—2025, Annex A, in five classes, and extensions that other rules name.

/// One risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Risk {
    /// Stable id, as in rules and records.
    pub id: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Chinese name.
    pub zh: &'static str,
    /// English name.
    pub en: &'static str,
}

/// Looks a risk up by id.
pub fn risk(id: &str) -> Option<&'static Risk> {
    RISKS.iter().find(|risk| risk.id == id)
}

/// Whether a risk of this id is known.
pub fn is_risk(id: &str) -> bool {
    RISK_IDS.contains(&id)
}

macro_rules! risks {
    ($($id:literal $source:literal $zh:literal $en:literal)*) => {
        /// All risks, in the order of their sources.
        pub static RISKS: &[Risk] = &[$(Risk { id: $id, source: $source, zh: $zh, en: $en }),*];
        /// Apart, so that a client carries the ids without the names.
        static RISK_IDS: &[&str] = &[$($id),*];
    };
}

risks! {
    "a1_subversion" "GB/T 45654 A.1 a" "煽动颠覆国家政权、推翻社会主义制度" "Subversion of state power or the socialist system"
    "a1_national_security" "GB/T 45654 A.1 b" "危害国家安全和利益、损害国家形象" "Harm to national security, interests or image"
    "a1_separatism" "GB/T 45654 A.1 c" "煽动分裂国家、破坏国家统一和社会稳定" "Separatism, undermining unity and stability"
    "a1_terrorism_extremism" "GB/T 45654 A.1 d" "宣扬恐怖主义、极端主义" "Terrorism, extremism"
    "a1_ethnic_hatred" "GB/T 45654 A.1 e" "宣扬民族仇恨" "Ethnic hatred"
    "a1_violence_obscenity" "GB/T 45654 A.1 f" "宣扬暴力、淫秽色情" "Violence, obscenity, pornography"
    "a1_false_harmful_info" "GB/T 45654 A.1 g" "传播虚假有害信息" "False harmful information"
    "a1_other_prohibited" "GB/T 45654 A.1 h" "其他法律、行政法规禁止的内容" "Other legally prohibited content"
    "a2_ethnicity" "GB/T 45654 A.2 a" "民族歧视" "Discrimination by ethnicity"
    "a2_belief" "GB/T 45654 A.2 b" "信仰歧视" "Discrimination by belief"
    "a2_nationality" "GB/T 45654 A.2 c" "国别歧视" "Discrimination by country"
    "a2_region" "GB/T 45654 A.2 d" "地域歧视" "Discrimination by region"
    "a2_gender" "GB/T 45654 A.2 e" "性别歧视" "Discrimination by gender"
    "a2_age" "GB/T 45654 A.2 f" "年龄歧视" "Discrimination by age"
    "a2_occupation" "GB/T 45654 A.2 g" "职业歧视" "Discrimination by occupation"
    "a2_health" "GB/T 45654 A.2 h" "健康歧视" "Discrimination by health"
    "a2_other" "GB/T 45654 A.2 i" "其他方面歧视" "Other discrimination"
    "a3_ip_infringement" "GB/T 45654 A.3 a" "侵犯他人知识产权" "Infringement of intellectual property"
    "a3_business_ethics" "GB/T 45654 A.3 b" "违反商业道德" "Breach of business ethics"
    "a3_trade_secrets" "GB/T 45654 A.3 c" "泄露他人商业秘密" "Disclosure of trade secrets"
    "a3_unfair_competition" "GB/T 45654 A.3 d" "利用算法、数据、平台等优势，实施垄断和不正当竞争" "Monopoly and unfair competition"
    "a3_other_commercial" "GB/T 45654 A.3 e" "其他商业违法违规行为" "Other commercial violations"
    "a4_physical_mental_harm" "GB/T 45654 A.4 a" "危害他人身心健康" "Physical or mental harm"
    "a4_portrait" "GB/T 45654 A.4 b" "侵害他人肖像权" "Right of likeness"
    "a4_reputation" "GB/T 45654 A.4 c" "侵害他人名誉权" "Right of reputation"
    "a4_honor" "GB/T 45654 A.4 d" "侵害他人荣誉权" "Right of honour"
    "a4_privacy" "GB/T 45654 A.4 e" "侵害他人隐私权" "Right of privacy"
    "a4_personal_info" "GB/T 45654 A.4 f" "侵害他人个人信息权益" "Personal information"
    "a4_other_rights" "GB/T 45654 A.4 g" "侵犯他人其他合法权益" "Other lawful rights"
    "a5_inaccurate" "GB/T 45654 A.5 a" "内容不准确，严重不符合科学常识或主流认知" "Inaccurate"
    "a5_unreliable" "GB/T 45654 A.5 b" "内容不可靠，无法对使用者形成帮助" "Unreliable"
    "x_self_harm" "Order 21 (2026) art. 8(2), 13; Order 766 art. 22" "诱导自残自杀" "Self-harm, suicide"
    "x_gambling" "Order 766 art. 22" "赌博" "Gambling"
    "x_cult_superstition" "Order 766 art. 22" "邪教、封建迷信" "Cults, superstition"
    "x_csam" "Order 766 art. 22" "涉未成年人色情" "Sexual content involving minors"
    "x_minor_imitation" "Classification measures (2026-01-23) art. 9" "可能引发未成年人模仿不安全行为" "Unsafe imitation by minors"
    "x_minor_values" "Classification measures (2026-01-23) art. 9" "可能影响未成年人价值观" "Values of minors"
    "x_minor_image" "Classification measures (2026-01-23) art. 9" "不当使用未成年人形象" "Misuse of the image of minors"
    "x_minor_pi" "Classification measures (2026-01-23) art. 9" "不当披露未成年人个人信息" "Personal information of minors"
    "x_sycophancy_dependence" "Order 21 (2026) art. 8(5)" "过度迎合、诱导情感依赖" "Sycophancy, emotional dependence"
    "x_emotional_manipulation" "Order 21 (2026) art. 8(6)" "情感操纵" "Emotional manipulation"
    "x_secret_elicitation" "Order 21 (2026) art. 8(3)" "诱导、套取秘密或者个人信息" "Elicitation of secrets"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_names_thirty_one_risks_in_five_classes() {
        let of = |class: &str| {
            RISKS
                .iter()
                .filter(|risk| risk.id.starts_with(class))
                .count()
        };
        assert_eq!(
            [of("a1_"), of("a2_"), of("a3_"), of("a4_"), of("a5_")],
            [8, 9, 5, 7, 2]
        );
        let mut ids: Vec<_> = RISKS.iter().map(|risk| risk.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), RISKS.len());
    }
}
