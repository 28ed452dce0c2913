"""A preview of Pulumi's, read as a change of the catalog: in money and in customers."""
