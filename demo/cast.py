"""Who logs in to the demo. All made up."""

from __future__ import annotations

import os
from dataclasses import dataclass

PASSWORD = os.environ.get("CHUNFENG_DEMO_PASSWORD", "spring-wind-2020")


@dataclass(frozen=True)
class Part:
    """One account: user name, shown name, office code (first match), role, job title, and what to look at."""

    user: str
    name: str
    office: str
    role: str
    title: str
    look: str


PARTS = (
    Part("province", "演示员甲", "HR22", "officer", "主任科员", "省厅：公文、落实情况、汇总、简报"),
    Part("province-leader", "演示领导甲", "HR22", "leader", "副厅长", "省厅领导：签发公文和简报"),
    Part("city", "演示员乙", "HR2201", "officer", "科员", "市局：转发、追踪、各县区报送"),
    Part("city-leader", "演示领导乙", "HR2201", "leader", "副局长", "市局领导：签发"),
    Part("county", "演示员丙", "HR220184", "officer", "科员", "县级市局：催报、审定、要情、摸排进度"),
    Part("county-leader", "演示领导丙", "HR220184", "leader", "局长", "县级市局领导"),
    Part("town", "演示员丁", "T220184", "officer", "站长", "乡镇：签收、转办、日报"),
    Part(
        "village",
        "演示员戊",
        "V220184",
        "caller",
        "联络员",
        "村：手机上的电话摸排、零报告、要情",
    ),
    Part("auditor", "演示审计员", "HR2201", "auditor", "审计员", "只看审计记录"),
    Part("sysadmin", "演示系统管理员", "HR2201", "system_admin", "系统管理员", "账号、单位、区划"),
    Part("secadmin", "演示安全管理员", "HR2201", "security_admin", "安全管理员", "锁定、会话"),
    Part("auditadmin", "演示审计管理员", "HR2201", "audit_admin", "审计管理员", "审计留存"),
)
