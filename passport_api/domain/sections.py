"""The fixed kinds of content a passport holds, in the order a reader meets them."""

from enum import StrEnum


class Section(StrEnum):
    """One kind of content. The order of definition is the order of every view."""

    ABOUT_ME = "about_me"
    STRENGTHS_AND_INTERESTS = "strengths_and_interests"
    STORY_SO_FAR = "story_so_far"
    RELATIONSHIPS_AND_TRUST = "relationships_and_trust"
    REGULATION = "regulation"
    LEARNING_AND_COMMUNICATION = "learning_and_communication"
    HEALTH_AND_WELLBEING = "health_and_wellbeing"
    SAFETY = "safety"
    IDENTITY_AND_CULTURE = "identity_and_culture"
    FAMILY_AND_CONTACT = "family_and_contact"
    SUPPORT_AND_ENTITLEMENTS = "support_and_entitlements"
    TRANSITION_PLAN = "transition_plan"
