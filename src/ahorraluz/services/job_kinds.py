"""Kinds of jobs that services alone can do; importing it registers them."""

from ahorraluz.security.roles import Permission, may
from ahorraluz.services.accounts.export import export_all
from ahorraluz.services.jobs import Call, JobError, Made, account_of, register
from ahorraluz.services.portfolio.access import note_exports
from ahorraluz.services.portfolio.clients import portfolio, reckon_waiting
from ahorraluz.services.portfolio.exporting import workbook_of
from ahorraluz.texts import open_texts

ACCOUNT_EXPORT = "account-export"
PORTFOLIO_WORKBOOK = "portfolio-workbook"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"


@register(ACCOUNT_EXPORT)
def export_account(call: Call) -> Made:
    """Pack everything that is kept of an account."""
    owner = account_of(call)
    texts = open_texts(owner.language)
    content = export_all(owner, texts=texts, tools=call.tools, as_of=call.as_of)
    return Made(name="ahorraluz-mis-datos.zip", media=ZIP, content=content)


@register(PORTFOLIO_WORKBOOK)
def export_portfolio(call: Call) -> Made:
    """Reckon the plan of every home of a portfolio, and write all into a workbook."""
    owner = account_of(call)
    if not may(owner.role, Permission.KEEP_PORTFOLIO):
        raise JobError("job-failed")
    account, tools, now = owner.id, call.tools, call.as_of
    for _ in reckon_waiting(account, tools=tools, as_of=now):
        pass
    chosen = portfolio(account, tools=tools, as_of=now).clients
    content = workbook_of(chosen, open_texts(owner.language))
    owned = [client.home for client in chosen if client.owned]
    note_exports(owned, account=account, count=len(chosen), tools=tools, as_of=now)
    return Made(name="cartera.xlsx", media=XLSX, content=content)
