"""Every group of pages about accounts, for the application to register."""

from ahorraluz.web.account.entering import entering
from ahorraluz.web.account.own import own
from ahorraluz.web.account.permissions import permissions
from ahorraluz.web.account.programs import programs
from ahorraluz.web.account.recovering import recovering
from ahorraluz.web.account.rights import rights
from ahorraluz.web.account.second import second

ACCOUNT_PAGES = (entering, own, second, recovering, permissions, programs, rights)
