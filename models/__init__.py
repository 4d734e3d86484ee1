"""What a report is: forms, quantities, cells, identities, checks, the report itself. (A schema; never network weights.)"""
