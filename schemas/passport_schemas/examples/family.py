"""The people, places and ids that the examples share. Nobody here is real."""

PASSPORT = "019a4c3e-7b10-7c3e-9f52-3d1e8a6b4c01"
TRANSITION = "019a4c41-02d4-7a6b-8e11-5b7c90d2e302"
CONSENT = "019a4c47-6e58-7d90-a4b3-1f8e2c7d6a03"

STATEMENT = "019a4c3f-11c2-7f05-b6a8-90e4d3c2b104"
CHILDS_STATEMENT = "019a4c3f-5d3a-7b21-8c47-2e6f1a9b0c05"
OPINION = "019a4c40-08e6-7e74-93d2-7a1b5c4d3e06"

SENDING_AUTHORITY = "0199f0a1-3c00-7111-8a01-c0ffee000001"
RECEIVING_AUTHORITY = "0199f0a1-3c00-7111-8a01-c0ffee000002"
PRIMARY_SCHOOL = "0199f0a1-3c00-7111-8a01-c0ffee000003"
RECEIVING_SCHOOL = "0199f0a1-3c00-7111-8a01-c0ffee000004"

PARENT = "019a4c3e-9e21-7840-a2c5-6d0f7b8e9a11"
SECOND_PARENT = "019a4c3e-a1b7-7c92-8d3e-4f5a6b7c8d12"
SOCIAL_WORKER = "0199f0b2-4d11-7222-9b02-5a6b7c8d9e13"
MANAGER = "0199f0b2-4d11-7222-9b02-5a6b7c8d9e15"
DESIGNATED_TEACHER = "0199f0b2-4d11-7222-9b02-5a6b7c8d9e14"
TEACHERS_MEMBERSHIP = "0199f0b2-6f32-7333-8c03-7d8e9fa0b115"
TEACHERS_NEW_MEMBERSHIP = "019a5d10-2c44-7b55-9d04-8e9fa0b1c216"
ERASURE = "01a2b6f0-4c31-7d58-9e07-afb0c1d2e318"
CHALLENGE = "019ad91c-4b20-7f6d-9a02-c1d2e3f4a520"
SEARCH = "019add65-1a30-7c18-9b72-c1d2e3f4a521"
CORRECTION_NOTICE = "019ada52-7e10-7a3c-8b41-b0c1d2e3f419"
ALERT = "019ad8f3-6a10-7b4d-8c51-d2e3f4a5b621"
INVITATION = "019a4c3e-8a00-7e66-ad05-9fa0b1c2d317"

TRANSITION_ETAG = '"mB3kqPZ2rV8xT1yN0cLwJ7aE"'
VIEW_ETAG = '"Hq4vS9dXfG2hK6mP1tR8uWzA"'

CHILD = {"name": "Tamsin Carys Fairweather", "known_as": "Tam"}
PARENT_ACTING = {"name": "Helen Fairweather", "role": "parent", "organisation": None}
SOCIAL_WORKER_ACTING = {
    "name": "Farah Siddiqui",
    "role": "social_worker",
    "organisation": "Ellerford County Council",
}
TEACHER_ACTING = {"name": "Priya Nair", "role": "designated_teacher", "organisation": "Tolland Bridge School"}
