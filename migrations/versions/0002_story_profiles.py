"""story profiles."""

import sqlalchemy as sa
from alembic import op

from aggregator.store import columns

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('story_profiles',
    sa.Column('story_id', sa.Text(), nullable=False),
    sa.Column('space', sa.Text(), nullable=False),
    sa.Column('articles', sa.Integer(), nullable=False),
    sa.Column('centroid', columns.VectorColumn(), nullable=True),
    sa.Column('groups', columns.JsonColumn, nullable=False),
    sa.Column('made_at', columns.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['story_id'], ['stories.id'], ),
    sa.PrimaryKeyConstraint('story_id')
    )
    with op.batch_alter_table('story_profiles', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_story_profiles_made_at'), ['made_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('story_profiles', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_story_profiles_made_at'))

    op.drop_table('story_profiles')
