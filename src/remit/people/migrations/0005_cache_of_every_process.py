"""What web processes share for minutes, such as the count of failed sign-ins: Django's database cache."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0004_second_factor_by_role")]

    operations = [
        migrations.RunSQL(
            """
            create unlogged table remit_cache (
                cache_key varchar(255) primary key,
                value text not null,
                expires timestamptz not null
            );
            create index remit_cache_expires on remit_cache (expires);
            """,
            "drop table remit_cache",
        )
    ]
